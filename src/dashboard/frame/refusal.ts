/** Why a request gets a page that only says so. */
export class Refusal extends Error {
  readonly status: number
  readonly title: string
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, title: string, text: string, headers: Readonly<Record<string, string>> = {}) {
    super(text)
    this.status = status
    this.title = title
    this.headers = headers
  }
}

export const noEntrance = () =>
  new Refusal(
    403,
    'You cannot open this page',
    'Your account has no access to mission control, or not to this part of it.',
  )

export const notFound = (what = 'There is no such page.') => new Refusal(404, 'Not found', what)

export const notAllowed = () =>
  new Refusal(
    403,
    'Nothing was changed',
    'The request did not come from a current page of mission control. Go back, reload the page, and try again.',
  )

export const tooMany = (text: string, seconds: number) =>
  new Refusal(429, 'Too many at once', text, { 'retry-after': String(seconds) })

export const unavailable = () =>
  new Refusal(
    503,
    'The sessions cannot be read at the moment',
    'The database or the key provider does not answer. Try again in a few seconds; the log of the application has the reason.',
  )

export const failed = (status = 500) =>
  new Refusal(status, 'That did not work', 'The log of the application has the reason.')
