/** What a new project depends on, by the names of packages; the versions are garden's own. */
export interface ProjectVersions {
  readonly node: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

function packageJson(name: string, { node, dependencies, devDependencies }: ProjectVersions): string {
  const manifest = {
    name,
    private: true,
    type: 'module',
    engines: { node },
    scripts: {
      check: 'tsc --noEmit',
      plan: 'garden plan site.ts',
      converge: 'garden run site.ts',
    },
    dependencies,
    devDependencies,
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

const TSCONFIG = `{
  "compilerOptions": {
    "target": "es2023",
    "lib": ["es2023"],
    "module": "nodenext",
    "strict": true,
    "noUncheckedIndexedAccess": true,
    "exactOptionalPropertyTypes": true,
    "verbatimModuleSyntax": true,
    "erasableSyntaxOnly": true,
    "allowImportingTsExtensions": true,
    "skipLibCheck": true,
    "noEmit": true,
    "types": ["node"]
  }
}
`;

const SITE = `import { play, playbook } from 'walled-garden';
import { hello } from './roles/hello/index.ts';

export default playbook('Site', [
  play('Greet', {
    hosts: 'all',
    roles: [hello(({ host }) => ({ greeting: \`Hello from \${host.name}\` }))],
  }),
]);
`;

const ROLE = `import { file, role, task } from 'walled-garden';
import { z } from 'zod';

export const hello = role('hello', {
  description: 'Leaves a greeting on the host',
  params: z.strictObject({
    greeting: z.string().describe('What is written'),
    path: z.string().startsWith('/').default('/tmp/hello.txt').describe('Where it is written'),
  }),
  tasks({ params }) {
    return [task('Write the greeting', file({ path: params.path, content: \`\${params.greeting}\\n\`, mode: '0644' }))];
  },
});
`;

const INVENTORY = `import { inventory } from 'walled-garden';

export default inventory({
  hosts: {
    // The machine that garden runs on. It needs no ssh, so that everything can be tried at once.
    here: { connection: 'local' },
  },
  groups: {
    // web: { user: 'deploy', hosts: { web1: { address: '192.0.2.11' }, web2: { address: '192.0.2.12' } } },
  },
});
`;

const IGNORED = `node_modules/
# The journals of runs, and the lab.
.garden/
# A key that opens the vault belongs into no repository.
identity.txt
`;

function readme(name: string): string {
  return `# ${name}

Servers, described in TypeScript and put in order by garden (the package walled-garden).

| | |
|---|---|
| \`site.ts\` | the playbook: what is done on which hosts |
| \`roles/\` | what it is made of, a folder a role |
| \`inventory.ts\` | the hosts |

\`\`\`sh
npx garden plan site.ts     # what would change, and how; changes nothing
npx garden run site.ts      # puts the hosts in order
npx garden doc              # what there is to write playbooks with
npm run check               # the types
\`\`\`
`;
}

/** The files of a new project, by their paths. */
export function projectFiles(name: string, versions: ProjectVersions): ReadonlyMap<string, string> {
  return new Map([
    ['package.json', packageJson(name, versions)],
    ['tsconfig.json', TSCONFIG],
    ['.gitignore', IGNORED],
    ['README.md', readme(name)],
    ['inventory.ts', INVENTORY],
    ['site.ts', SITE],
    ['roles/hello/index.ts', ROLE],
  ]);
}
