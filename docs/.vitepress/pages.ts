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
    start: 'Your first application',
    init: 'Set up with init',
    examples: 'Examples',
    beside: 'Use it beside …',
    'beside-jwt': '… JWT',
    'beside-trpc': '… tRPC',
    'beside-graphql': '… GraphQL',
    'beside-next': '… Next.js',
    'beside-sveltekit': '… SvelteKit',
  }),
  part('Guides', {
    'sign-in': 'Sign users in',
    'remember-me': 'Remember users',
    account: 'Show users their devices',
    dashboard: 'Run mission control',
    'concurrent-requests': 'Concurrent requests',
    'stolen-cookies': 'Stolen cookies',
    'device-bound': 'Bind sessions to devices',
    'rotating-keys': 'Rotate keys',
    sessions: 'Rotate ids, limit sessions',
    administration: 'List and revoke sessions',
    metadata: 'Keep who uses a session',
    history: 'Record what happens',
    privacy: 'Privacy',
    cookies: 'Cookies',
    'from-fastify-session': 'Come from @fastify/session',
    importing: 'Move over from another store',
    'from-rails': 'Come from Rails',
    scale: 'Scale',
    serverless: 'Run it serverless',
    testing: 'Test',
    limits: 'Timeouts for other stores',
  }),
  part('Reference', {
    'database-urls': 'Database URLs',
    tables: 'Tables and migrations',
    cli: 'Command line',
    doctor: 'The doctor',
    instrumentation: 'Events and metrics',
    package: 'The package',
  }),
  part('Explanation', {
    'how-it-works': 'How it works',
    decisions: 'Decisions',
    guarantees: 'Guarantees',
    security: 'Security',
    reliability: 'Reliability',
    compatibility: 'Compatibility',
  }),
]
