/**
 * Test files that take minutes, or need more than databases: races in every order of their statements, browsers, clusters,
 * processes that are killed, compilers and installed packages. `npm run test:long` runs them; `npm test` runs all others.
 */
const LONG = [
  /-(browser|escaping)\.test\.ts$/,
  /^test\/(examples|faults|guides|matrix|packed|races|torture)\//,
  /^test\/database\/(galera|replication-group|standby|pooled|several-hosts)\.test\.ts$/,
  /^test\/cli\/(init|init-types|generate)\.test\.ts$/,
]

export const isLong = (file: string): boolean => LONG.some((pattern) => pattern.test(file))
