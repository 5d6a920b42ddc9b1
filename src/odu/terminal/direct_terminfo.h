#pragma once

#include <string_view>

namespace odu::terminal {

/// A terminfo entry for ncurses (as the value of TERMINFO): what terminals with 24 bit colours
/// share. The databases of most machines have none. Made from tools/direct.ti:
///
///     tic -x -o OUT tools/direct.ti && TERMINFO=OUT infocmp -0 -Q2 -x odu-direct
inline constexpr std::string_view kDirectName = "odu-direct";
inline constexpr std::string_view kDirectTerminfo =
    "b64:HgI0AB0ADwBpAVkCb2R1LWRpcmVjdHx3aGF0IHRlcm1pbmFscyB3aXRoIDI0IGJpdCBjb2xvdXJzIHNoYXJl"
    "AAABAAABAAAAAQAAAAABAQAAAAAAAAAAAAAAAAABAFAAAAAIAAAAGAAAAP______________________________"
    "______________________8AAAAB_38AAP__AAACAAQA__8VAB0AIQAlAP__MABBAEMARwBOAP__UABdAP__YQD_"
    "_2UAaQD__________20AcgD__3sA________gACFAIoAjwD__5gAnAD_____pQCrAP____________________-x"
    "AP______________________________________________________________________________________"
    "_________________________________________________7UAvgDHANAA2QDiAOsA9AD9AAYB____________"
    "_________________w8BEgEdASABIgH_______8lAf__________________________________________JwEt"
    "Af______________________________________________________________________________________"
    "________________________________________________________________________________________"
    "________________________________________________________________________________________"
    "______________________________________________8zAf______________________________________"
    "_________________________________zgB__________________________________9BAf______________"
    "_________0YB____________________________________________________________________________"
    "______________________9MAdIBBwANABtbJWklcDElZDslcDIlZHIAG1tIG1sySgAbW0sAG1tKABtbJWklcDEl"
    "ZEcAG1slaSVwMSVkOyVwMiVkSAAKABtbSAAbWz8yNWwACAAbWz8xMmwbWz8yNWgAG1tDABtbQQAbW1AAG1tNABtb"
    "MW0AG1s_MTA0OWgAG1sybQAbWzdtABtbN20AG1s0bQAbWyVwMSVkWAAbW20AG1s_MTA0OWwAG1syN20AG1syNG0A"
    "G1tMABtbJXAxJWRQABtbJXAxJWRNABtbJXAxJWRCABtbJXAxJWRAABtbJXAxJWRTABtbJXAxJWRMABtbJXAxJWRE"
    "ABtbJXAxJWRDABtbJXAxJWRUABtbJXAxJWRBABs4ABtbJWklcDElZGQAGzcACgAbTQAJABtbPzdoABtbPzdsABtb"
    "MUsAG1szOTs0OW0AG1szbQAbWzIzbQAbWyU_JXAxJXs4fSU8JXQzJXAxJWQlZSVwMSV7MTZ9JTwldDklcDElezh9"
    "JS0lZCVlJXAxJXsyNTZ9JTwldDM4OzU7JXAxJWQlZTM4OzI7JXAxJXs2NTUzNn0lLyVkOyVwMSV7MjU2fSUvJXsy"
    "NTV9JSYlZDslcDElezI1NX0lJiVkJTttABtbJT8lcDElezh9JTwldDQlcDElZCVlJXAxJXsxNn0lPCV0MTAlcDEl"
    "ezh9JS0lZCVlJXAxJXsyNTZ9JTwldDQ4OzU7JXAxJWQlZTQ4OzI7JXAxJXs2NTUzNn0lLyVkOyVwMSV7MjU2fSUv"
    "JXsyNTV9JSYlZDslcDElezI1NX0lJiVkJTttAAABAAAAAgAFABkAAQAAAAYAAAAEAAkAG1syOW0AG1s5bQBSR0IA"
    "cm14eABzbXh4AA==";

}  // namespace odu::terminal
