import assert from 'node:assert/strict'
import { until } from '../../support/until.ts'
import { DASHBOARD, type Operator } from '../dashboard-app.ts'

/** Sends a form that starts a job, and returns the path of the page of the job. */
export async function startJob(
  operator: Operator,
  path: string,
  fields: Record<string, string>,
  page: string,
): Promise<string> {
  const response = await operator.submit(path, fields, { page })
  assert.equal(response.statusCode, 303, response.body)
  return String(response.headers.location).slice(DASHBOARD.length)
}

/** The page of a job when it has ended, which is when it no longer loads itself again. */
export async function endedJob(operator: Operator, path: string): Promise<string> {
  let body = ''
  await until(`the job ${path} has ended`, async () => {
    body = (await operator.show(path)).body
    return !body.includes('data-refresh')
  })
  return body
}

/** The text of a page as people read it. */
export const textOf = (body: string): string =>
  body
    .slice(body.indexOf('<main'))
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')

/** The hidden fields of the form that goes to a path. */
export function fieldsOf(body: string, path: string): Record<string, string> {
  const start = body.indexOf(`action="${DASHBOARD}${path}"`)
  assert.notEqual(start, -1, `a form to ${path}`)
  const form = body.slice(start, body.indexOf('</form>', start))
  return Object.fromEntries(
    [...form.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [
      name!,
      value!.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'),
    ]),
  )
}
