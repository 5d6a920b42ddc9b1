#pragma once

#include <boost/asio/awaitable.hpp>

#include "odu/cli/caller.h"
#include "odu/command/checkout.h"
#include "odu/command/ledger_place.h"
#include "odu/face/run.h"
#include "odu/face/stored_view.h"

/// The full-screen faces: what joins the dashboard to the ledger, to shells and to the caller.
namespace odu::cli {

/// `odu attach`: the dashboard where the terminal is fit for it, else the piped face.
boost::asio::awaitable<Exit> Attach(const Caller& caller, face::FaceContext& context,
                                    const command::Checkout& checkout);

/// How `odu run` shows its run on a terminal; empty where it is not fit for that. The caller and
/// the checkout outlive it.
face::ShowRun RunOnTerminal(const Caller& caller, const command::Checkout& checkout);

/// The runs of a checkout's store.
face::LoadRun StoredRuns(const command::LedgerPlace& place);

}  // namespace odu::cli
