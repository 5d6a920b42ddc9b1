# The runner for hosts with Nix. Without inputs, so that it evaluates offline, and without a shell: the
# derivation unpacks the static program that script/build made. `odu` uses the copy of this file that
# script/build leaves beside those archives (build/bin/runner-flake); ODU_RUNNER_FLAKE names another.
{
  description = "odu-runner, the static program that runs a lane";

  outputs = { self }: {
    packages = builtins.listToAttrs (map
      (system: {
        name = system;
        value.odu-runner =
          let archive = "odu-runner-${system}.tar.gz";
          in
          if builtins.pathExists (./. + "/${archive}") then
            derivation
              {
                name = "odu-runner";
                inherit system;
                # Part of Nix itself: $out/bin is the one folder of the archive.
                builder = "builtin:unpack-channel";
                channelName = "bin";
                src = builtins.path { path = ./. + "/${archive}"; name = archive; };
              }
          else
            throw "there is no ${archive} beside this flake.nix: script/build makes build/bin/runner-flake";
      })
      [ "x86_64-linux" "aarch64-linux" ]);
  };
}
