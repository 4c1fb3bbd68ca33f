import type { FastifyReply, FastifyRequest } from 'fastify'
import { documentOf } from '../pages/document.ts'
import { html, type SafeHtml } from '../pages/html.ts'
import { ownBase } from '../pages/own-path.ts'
import { LAYOUT_POLICY, OWN_POLICY, setPageHeaders } from '../pages/page-headers.ts'
import { type Language, languageOf } from './language.ts'
import type { CheckedAccountOptions } from './options.ts'

/** The names of the pages that say why there is nothing else to see. */
export type Refusal = 'notSignedIn' | 'gone' | 'refused' | 'unavailable' | 'failed'

/** The pages that requests can ask for below the prefix. */
export const PATHS = ['sign-out', 'sign-out-others', 'sign-out-everywhere', 'style.css'] as const

/** Whether a client wants JSON: it sent JSON, or it accepts JSON and no page. */
export function wantsJson({ headers }: FastifyRequest): boolean {
  const { accept = '' } = headers
  const sendsJson = /^application\/json\b/i.test(headers['content-type'] ?? '')
  return sendsJson || (/\bapplication\/json\b/i.test(accept) && !/\btext\/html\b/i.test(accept))
}

/** The path of the prefix, as the browser asked for it, without a slash at its end. */
export function baseOf({ originalUrl }: Pick<FastifyRequest, 'originalUrl'>): string {
  const [path = ''] = originalUrl.split(/[?#]/, 1)
  const own = PATHS.find((name) => path.endsWith(`/${name}`))
  return ownBase(own ? path.slice(0, -own.length) : path)
}

/** The path of the page itself, as links and redirects name it: with a prefix that ends with a slash only that is a route. */
export function homeOf(request: Pick<FastifyRequest, 'originalUrl' | 'server'>): string {
  return `${baseOf(request)}${request.server.prefix.endsWith('/') ? '/' : ''}` || '/'
}

/** Sends a page, inside of the layout of the application if there is one. */
export async function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  { layout, texts }: CheckedAccountOptions,
  { title, content }: { readonly title: string; readonly content: SafeHtml },
): Promise<FastifyReply> {
  const { tag } = languageOf(request, texts)
  const whole = html`<div class="stored-session" lang="${tag}">${content}</div>`
  const style = `${baseOf(request)}/style.css`
  const text = layout
    ? await layout(whole.toString(), request)
    : documentOf({ title, language: tag, style, content: whole })
  setPageHeaders(reply, policyFor(reply, layout !== undefined))
  return reply.header('vary', 'accept, accept-language').type('text/html; charset=utf-8').send(text)
}

// The policy of an application knows what its own layout loads.
function policyFor(reply: FastifyReply, hasLayout: boolean): string {
  if (!hasLayout) return OWN_POLICY
  return String(reply.getHeader('content-security-policy') ?? LAYOUT_POLICY)
}

/** Sends JSON that no cache and no other site may keep. */
export function sendJson(reply: FastifyReply, value: object): FastifyReply {
  setPageHeaders(reply, OWN_POLICY)
  return reply.header('vary', 'accept, accept-language').send(value)
}

const STATUSES: Record<Refusal, number> = { notSignedIn: 401, gone: 404, refused: 403, unavailable: 503, failed: 500 }
const NAMES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  503: 'Service Unavailable',
}

/** Says why there is nothing else to see, as a page or as JSON. */
export async function sendRefusal(
  request: FastifyRequest,
  reply: FastifyReply,
  options: CheckedAccountOptions,
  { refusal, notice, status = STATUSES[refusal] }: RefusalPage,
): Promise<FastifyReply> {
  const { texts } = languageOf(request, options.texts)
  reply.code(status)
  const [title, text] = [texts[`${refusal}Title`], texts[refusal]]
  if (wantsJson(request)) {
    return sendJson(reply, { statusCode: status, error: NAMES[status] ?? 'Error', message: `${title}. ${text}` })
  }
  return sendPage(request, reply, options, { title, content: refusalPage(request, texts, { refusal, notice }) })
}

interface RefusalPage {
  readonly refusal: Refusal
  readonly notice?: string | undefined
  readonly status?: number
}

function refusalPage(request: FastifyRequest, texts: Language['texts'], { refusal, notice }: RefusalPage): SafeHtml {
  const back = html`<p class="actions"><a class="button" href="${homeOf(request)}">${texts.back}</a></p>`
  return html`${notice && html`<p class="notice" role="status">${notice}</p>`}
<h1>${texts[`${refusal}Title`]}</h1>
<p class="lead">${texts[refusal]}</p>
${refusal !== 'notSignedIn' && back}`
}
