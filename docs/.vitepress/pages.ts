/** A part of the documentation, with its pages in the order in which one reads them. */
interface Part {
  readonly text: string
  readonly items: { readonly text: string; readonly link: string }[]
}

const part = (text: string, items: Record<string, string>): Part => ({
  text,
  items: Object.entries(items).map(([link, title]) => ({ text: title, link: `/${link}` })),
})

/** Every page of the site; a test compares the list with the folder. */
export const pages: readonly Part[] = [
  part('Start', {
    index: 'What it is',
    init: 'Set up with init',
    databases: 'Choose a database',
    'session-content': 'Store values in a session',
    examples: 'Examples',
  }),
  part('Guides', {
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
    keys: 'Choose and rotate keys',
    trimming: 'Delete expired sessions',
    cookies: 'Cookies',
    'from-fastify-session': 'Come from @fastify/session',
    importing: 'Move over from another store',
    'from-rails': 'Come from Rails',
    scale: 'Scale',
    testing: 'Test',
    limits: 'Timeouts for other stores',
  }),
  part('Reference', {
    options: 'Options',
    methods: 'Methods',
    'database-urls': 'Database URLs',
    tables: 'Tables and migrations',
    cli: 'Command line',
    doctor: 'The doctor',
    instrumentation: 'Events and metrics',
    package: 'The package',
  }),
  part('Explanation', {
    alternatives: 'Choose a session store',
    guarantees: 'Guarantees',
    security: 'Security',
    reliability: 'Reliability',
    benchmarks: 'Compare the speed',
    compatibility: 'Compatibility',
  }),
]
