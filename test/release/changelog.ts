const UNRELEASED = '## [Unreleased]'

/**
 * Gives the changes that were not released yet the heading of a version.
 *
 * @param changelog - in the form of Keep a Changelog
 * @param date - of the release, as `2026-11-30`
 * @throws where there is nothing to release, or the version has a heading already
 */
export function released(changelog: string, version: string, date: string): string {
  if (changelog.includes(`## [${version}]`)) throw new Error(`CHANGELOG.md has the version ${version} already`)
  if (notesOf(changelog, 'Unreleased') === '')
    throw new Error(`CHANGELOG.md has nothing below "${UNRELEASED}"; describe there what the release changes`)
  return changelog.replace(UNRELEASED, `${UNRELEASED}\n\n## [${version}] - ${date}`)
}

/**
 * What the changelog says about a version.
 *
 * @throws where it says nothing about it
 */
export function notesOf(changelog: string, version: string): string {
  const lines = changelog.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`## [${version}]`))
  if (start < 0) throw new Error(`CHANGELOG.md has no heading "## [${version}]"`)
  const rest = lines.slice(start + 1)
  const end = rest.findIndex((line) => line.startsWith('## ['))
  return rest
    .slice(0, end < 0 ? rest.length : end)
    .join('\n')
    .trim()
}
