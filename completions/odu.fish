# fish completion for odu

# The values of one key in the JSON that a command of odu prints.
function __odu_values -a key
    odu $argv[2..] 2>/dev/null | string match -rag "\"$key\": *\"([^\"]*)\""
end

function __odu_nodes
    __odu_values name status -o json | sort -u
end

function __odu_runs
    echo latest
    __odu_values ref runs -o json
end

function __odu_recipes
    __odu_values id dump
end

set -l platforms 'x86_64-linux aarch64-linux x86_64-darwin aarch64-darwin'
set -l commands run status attach logs wait rerun cancel runs show flakes diff prune doctor dump graph hosts post protect auth shell mcp skill serve

complete -c odu -f
complete -c odu -l help -d 'Show the usage'
complete -c odu -n "not __fish_seen_subcommand_from $commands" -l version -d 'Show the version'
complete -c odu -n "not __fish_seen_subcommand_from $commands" -a run -d 'Run the pipeline and show it'
complete -c odu -n "not __fish_seen_subcommand_from $commands" -a status -d 'The state of every node, once'
complete -c odu -n "not __fish_seen_subcommand_from $commands" -a attach -d 'Follow the current run'
complete -c odu -n "not __fish_seen_subcommand_from $commands" -a logs -d 'The log of a node'
complete -c odu -n "not __fish_seen_subcommand_from $commands" -a wait -d 'Wait for a red node or the end'
complete -c odu -n "not __fish_seen_subcommand_from $commands" -a rerun -d 'Run nodes and what needs them once more'
complete -c odu -n "not __fish_seen_subcommand_from $commands" -a cancel -d 'Cancel a node, a lane or the run'
complete -c odu -n "not __fish_seen_subcommand_from $commands" -a runs -d 'The runs of this checkout'
complete -c odu -n "not __fish_seen_subcommand_from $commands" -a show -d 'Everything that is known of a run'
complete -c odu -n "not __fish_seen_subcommand_from $commands" -a flakes -d 'Nodes that were red and then ok on the same commit'
complete -c odu -n "not __fish_seen_subcommand_from $commands" -a diff -d 'What is different in another run'
complete -c odu -n "not __fish_seen_subcommand_from $commands" -a prune -d 'Remove old runs'
complete -c odu -n "not __fish_seen_subcommand_from $commands" -a doctor -d 'Look for what is broken or left behind'
complete -c odu -n "not __fish_seen_subcommand_from $commands" -a dump -d 'The plan as JSON'
complete -c odu -n "not __fish_seen_subcommand_from $commands" -a graph -d 'The plan as a Mermaid flow chart'
complete -c odu -n "not __fish_seen_subcommand_from $commands" -a hosts -d 'Where platforms run'
complete -c odu -n "not __fish_seen_subcommand_from $commands" -a post -d 'Statuses that are not posted yet'
complete -c odu -n "not __fish_seen_subcommand_from $commands" -a protect -d 'Make what a run posts required'
complete -c odu -n "not __fish_seen_subcommand_from $commands" -a auth -d 'Which token is used and what it may do'
complete -c odu -n "not __fish_seen_subcommand_from $commands" -a shell -d 'A terminal in a work tree'
complete -c odu -n "not __fish_seen_subcommand_from $commands" -a mcp -d 'Tools and resources for agents'
complete -c odu -n "not __fish_seen_subcommand_from $commands" -a skill -d 'A text that teaches agents'
complete -c odu -n "not __fish_seen_subcommand_from $commands" -a serve -d 'The coordinator of this checkout'

complete -c odu -n '__fish_seen_subcommand_from run' -a '(__odu_recipes)'
complete -c odu -n '__fish_seen_subcommand_from run dump graph protect' -l platform -x -a $platforms -d 'Only this lane'
complete -c odu -n '__fish_seen_subcommand_from run' -l host -x -d 'Where a platform runs: P=ADDR'
complete -c odu -n '__fish_seen_subcommand_from run dump graph' -l root -x -a '(__odu_recipes)' -d 'The root of the pipeline'
complete -c odu -n '__fish_seen_subcommand_from run dump graph' -l pipeline -r -F -d 'Tasks from a file'
complete -c odu -n '__fish_seen_subcommand_from run' -l no-deps -d 'Only the recipes named'
complete -c odu -n '__fish_seen_subcommand_from run' -l no-strict -d 'In place, changes allowed'
complete -c odu -n '__fish_seen_subcommand_from run' -l no-snapshot -d 'In place, only on this machine'
complete -c odu -n '__fish_seen_subcommand_from run' -l no-post -d 'Post no statuses'
complete -c odu -n '__fish_seen_subcommand_from run' -l progress -x -a 'json json=2' -d 'One line of JSON per transition'
complete -c odu -n '__fish_seen_subcommand_from run' -s j -l jobs -x -d 'At once on a host'
complete -c odu -n '__fish_seen_subcommand_from run' -l lane-lost-after -x -d 'Seconds without contact to another machine'
complete -c odu -n '__fish_seen_subcommand_from run rerun cancel' -l request-id -x -d 'Carry out a repeat under the same id once'
complete -c odu -n '__fish_seen_subcommand_from run' -l supersede -d 'Cancel the live run first'
complete -c odu -n '__fish_seen_subcommand_from run' -l queue -d 'Wait for the live run first'
complete -c odu -n '__fish_seen_subcommand_from run' -s d -l detach -d 'Start and leave'

complete -c odu -n '__fish_seen_subcommand_from status attach wait rerun cancel runs show flakes diff prune doctor dump hosts post protect auth' -s o -l output -x -a json -d 'Print JSON'

complete -c odu -n '__fish_seen_subcommand_from logs rerun cancel shell' -a '(__odu_nodes)'
complete -c odu -n '__fish_seen_subcommand_from logs' -s f -l follow -d 'Go on to the end'
complete -c odu -n '__fish_seen_subcommand_from logs' -l attempt -x -d 'This attempt'
complete -c odu -n '__fish_seen_subcommand_from logs' -l offset -x -d 'From this byte'
complete -c odu -n '__fish_seen_subcommand_from logs' -l raw -d 'Bytes as written'
complete -c odu -n '__fish_seen_subcommand_from logs shell rerun' -l run -x -d 'Of this run'

complete -c odu -n '__fish_seen_subcommand_from wait' -l settle -d 'Only for the end of the run'
complete -c odu -n '__fish_seen_subcommand_from wait' -l timeout -x -d 'At most so many seconds'
complete -c odu -n '__fish_seen_subcommand_from wait' -l expected-sha -x -d 'Refuse another commit'
complete -c odu -n '__fish_seen_subcommand_from wait' -l after -x -d 'Only what is newer'

complete -c odu -n '__fish_seen_subcommand_from cancel' -l at-once -d 'Without the time to clean up'

complete -c odu -n '__fish_seen_subcommand_from runs flakes' -l all -d 'Of every checkout'
complete -c odu -n '__fish_seen_subcommand_from runs' -s n -l limit -x -d 'At most so many'
complete -c odu -n '__fish_seen_subcommand_from runs' -l since -x -d 'Not older than this'
complete -c odu -n '__fish_seen_subcommand_from runs' -l node -x -a '(__odu_nodes)' -d 'In which this node has ended'
complete -c odu -n '__fish_seen_subcommand_from runs' -l failed -d 'That failed'

complete -c odu -n '__fish_seen_subcommand_from show diff' -x -a '(__odu_runs)'
complete -c odu -n '__fish_seen_subcommand_from prune' -l keep -x -d 'Keep finished runs this long'
complete -c odu -n '__fish_seen_subcommand_from prune' -l quota -x -d 'And at most so much of them'
complete -c odu -n '__fish_seen_subcommand_from prune protect' -l dry-run -d 'Only say what would go'
complete -c odu -n '__fish_seen_subcommand_from doctor' -l fix -d 'Put right what can be'
complete -c odu -n '__fish_seen_subcommand_from doctor' -l logs -d 'Read every stored log'

complete -c odu -n '__fish_seen_subcommand_from hosts' -l init -d 'This machine as localhost'
complete -c odu -n '__fish_seen_subcommand_from hosts' -l check -d 'Look at each host'

complete -c odu -n '__fish_seen_subcommand_from mcp' -l http -d 'Over HTTP on the loopback'
complete -c odu -n '__fish_seen_subcommand_from mcp' -l port -x -d 'On this port'
complete -c odu -n '__fish_seen_subcommand_from mcp' -l install -x -a 'claude codex opencode gemini vscode' -d 'Into the configuration of'
complete -c odu -n '__fish_seen_subcommand_from mcp' -s y -l yes -d 'Without asking'
complete -c odu -n '__fish_seen_subcommand_from mcp' -l allow -x -a '(__fish_complete_directories)' -d 'Also drive the checkouts below'
complete -c odu -n '__fish_seen_subcommand_from post' -l retry -d 'Try what is owed now'
complete -c odu -n '__fish_seen_subcommand_from protect' -l create -d 'Make a ruleset where there is none'
complete -c odu -n '__fish_seen_subcommand_from protect' -l branch -x -d 'Of this branch'

complete -c odu -n '__fish_seen_subcommand_from serve' -l foreground -d 'Stay in this terminal'
complete -c odu -n '__fish_seen_subcommand_from serve' -l stop -d 'End the coordinator'
complete -c odu -n '__fish_seen_subcommand_from serve' -l restart -d 'End it and start this version'
