// JavaScript, because Node 20 loads reporters without the TypeScript loader.

/** Counts per database, and milliseconds per file: a test belongs to the outermost suite around it, which forEachDatabase names. */
export default async function* countAndMeasure(source) {
  let outermost
  const counts = {}
  const files = {}
  for await (const { type, data } of source) {
    if (type === 'test:start' && data.nesting === 0) outermost = data.name
    // A file is a test of its own name, which only this event tells of.
    if (type === 'test:complete' && data.name === data.file) files[data.file] = data.details.duration_ms
    if (type === 'test:pass' || type === 'test:fail') {
      // Events come file by file and in order, however many files run at a time.
      const name = data.nesting === 0 ? data.name : outermost
      counts[name] ??= { passed: 0, failed: 0, skipped: 0 }
      count(counts[name], type === 'test:fail', data)
    }
  }
  yield JSON.stringify({ counts, files })
}

function count(counts, failed, { details, skip, todo }) {
  const isSuite = details.type === 'suite'
  if (skip !== undefined || todo !== undefined) counts.skipped += 1
  else if (failed && !(isSuite && details.error?.failureType === 'subtestsFailed')) counts.failed += 1
  else if (!failed && !isSuite) counts.passed += 1
}
