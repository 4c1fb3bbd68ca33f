/** A page, or a folder of pages that the sidebar opens when one of them is read. */
interface Entry {
  readonly text: string
  readonly link: string
  readonly collapsed?: true
  readonly items?: Entry[]
}

/** A part of the documentation, with its pages in the order in which one reads them. */
interface Part {
  readonly text: string
  readonly items: Entry[]
}

// The theme marks a page in its lists by the address that readers see, which names no index.
const entries = (items: Record<string, string>, folder = ''): Entry[] =>
  Object.entries(items).map(([link, text]) => ({ text, link: `/${folder}${link === 'index' ? '' : link}` }))

/** A folder, whose first page is its index.md. */
const folder = (text: string, name: string, items: Record<string, string>): Entry => ({
  text,
  link: `/${name}/`,
  collapsed: true,
  items: entries(items, `${name}/`),
})

const part = (text: string, items: Record<string, string>, ...folders: Entry[]): Part => ({
  text,
  items: [...entries(items), ...folders],
})

/** The addresses of a part, those in its folders too. */
export const linksOf = (items: readonly Entry[]): string[] =>
  items.flatMap(({ link, items: inside = [] }) => [link, ...linksOf(inside)])

const beside: Entry = {
  text: 'Use it beside',
  link: '/beside',
  collapsed: true,
  items: entries({
    'beside-jwt': 'JWT',
    'beside-trpc': 'tRPC',
    'beside-graphql': 'GraphQL',
    'beside-next': 'Next.js',
    'beside-sveltekit': 'SvelteKit',
  }),
}

/** By the ends of the codes, in the order of their table. */
const errors = folder('Errors', 'errors', {
  'invalid-options': 'INVALID_OPTIONS',
  'invalid-key': 'INVALID_KEY',
  'missing-driver': 'MISSING_DRIVER',
  'missing-table': 'MISSING_TABLE',
  'migration-failed': 'MIGRATION_FAILED',
  'wrong-settings': 'WRONG_SETTINGS',
  unreachable: 'UNREACHABLE',
  'file-replaced': 'FILE_REPLACED',
  unavailable: 'UNAVAILABLE',
  overloaded: 'OVERLOADED',
  'not-regenerated': 'NOT_REGENERATED',
  'too-large': 'TOO_LARGE',
  unstorable: 'UNSTORABLE',
  'merge-failed': 'MERGE_FAILED',
  'too-many': 'TOO_MANY',
  ended: 'ENDED',
  'invalid-handle': 'INVALID_HANDLE',
  'lost-rotation': 'LOST_ROTATION',
  'invalid-proof': 'INVALID_PROOF',
  'too-many-proofs': 'TOO_MANY_PROOFS',
  'import-source': 'IMPORT_SOURCE',
})

/** Every page of the site; a test compares the list with the folder. */
export const pages: readonly Part[] = [
  part(
    'Start',
    {
      index: 'What it is',
      start: 'Your first application',
      init: 'Set up with init',
      databases: 'Choose a database',
      'session-content': 'Store values in a session',
      examples: 'Examples',
    },
    beside,
  ),
  part('Guides', {
    'sign-in': 'Sign users in',
    'remember-me': 'Remember users',
    account: 'Show users their devices',
    dashboard: 'Run mission control',
    'concurrent-requests': 'Concurrent requests',
    'stolen-cookies': 'Stolen cookies',
    'device-bound': 'Bind sessions to devices',
    sessions: 'Rotate ids, limit sessions',
    administration: 'List and revoke sessions',
    metadata: 'Keep who uses a session',
    history: 'Record what happens',
    privacy: 'Privacy',
    keys: 'Choose keys',
    'rotating-keys': 'Rotate keys',
    trimming: 'Delete expired sessions',
    cookies: 'Cookies',
    'from-fastify-session': 'Come from @fastify/session',
    importing: 'Move over from another store',
    'from-rails': 'Come from Rails',
    scale: 'Scale',
    serverless: 'Run it serverless',
    testing: 'Test',
    limits: 'Timeouts for other stores',
  }),
  part(
    'Reference',
    {
      options: 'Options',
      methods: 'Methods',
      'database-urls': 'Database URLs',
      tables: 'Tables and migrations',
      cli: 'Command line',
      doctor: 'The doctor',
      instrumentation: 'Events and metrics',
      package: 'The package',
    },
    errors,
  ),
  part('Explanation', {
    alternatives: 'Choose a session store',
    'how-it-works': 'How it works',
    decisions: 'Decisions',
    guarantees: 'Guarantees',
    security: 'Security',
    reliability: 'Reliability',
    benchmarks: 'Compare the speed',
    compatibility: 'Compatibility',
  }),
]
