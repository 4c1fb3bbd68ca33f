import { mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The method's name, of which the server makes the name of a program that it looks for on its PATH. */
export const transferMethod = 'increments'

// Galera's own scripts copy all data with rsync, which not every machine has. Here nodes begin with the same data and
// fetch what they missed out of the write sets that the others keep; the server has to be told no more than that.
const script = `#!/bin/sh
set -eu
bypass=
while [ $# -gt 0 ]; do
  case $1 in
    --role) role=$2; shift ;;
    --address) address=$2; shift ;;
    --datadir) datadir=$2; shift ;;
    --gtid) position=$2; shift ;;
    --bypass) bypass=yes ;;
  esac
  shift
done
if [ "$role" = joiner ]; then
  answer=\${datadir%/}/transfer
  rm -f "$answer"
  echo "ready $answer"
  until [ -s "$answer" ]; do sleep 0.05; done
  cat "$answer"
elif [ -n "$bypass" ]; then
  echo "$position" >"$address.new"
  mv "$address.new" "$address"
  echo "done $position"
else
  echo 'the node missed more than the write sets that the others keep' >&2
  exit 1
fi
`

/** Puts the program into a folder. @returns the environment in which the server finds it */
export function transferEnvironment(folder: string): NodeJS.ProcessEnv {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `wsrep_sst_${transferMethod}`), script, { mode: 0o755 })
  return { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` }
}
