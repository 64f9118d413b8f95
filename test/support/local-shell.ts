import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import type { Upload } from '../../lib/model/resource.ts';
import type { Script } from '../../lib/model/script.ts';
import type { Target } from './converge.ts';
import { runScript } from './run-script.ts';
import type { Shell } from './scratch-root.ts';

// Node's pipes are sockets, and a bash whose input is one reads ~/.bashrc (bash(1), INVOCATION).
const COMMANDS = { dash: ['dash'], bash: ['bash', '--norc'], busybox: ['busybox', 'sh'] } as const;

/** As a session runs a snippet: in a subshell, from a script that was read whole, with its input closed. */
const RUNNER = 'local_script=$(cat); (eval "$local_script") </dev/null';

/** A shell of this machine, for resources that can be kept within a test's own folder. */
export function localShell(shell: Shell = 'dash', environment: NodeJS.ProcessEnv = {}): Target {
  const [command, ...options] = COMMANDS[shell];
  return {
    async run(script: Script) {
      const running = spawn(command, [...options, '-c', RUNNER], {
        env: { PATH: process.env.PATH, LC_ALL: 'C', ...environment },
      });
      return runScript(running, script);
    },
    async upload({ path, content }: Upload) {
      await writeFile(path, 'file' in content ? await readFile(content.file) : content, { mode: 0o600 });
    },
  };
}
