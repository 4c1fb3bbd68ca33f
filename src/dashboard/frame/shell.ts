import type { FastifyReply } from 'fastify'
import { documentOf } from '../../pages/document.ts'
import { html, type SafeHtml } from '../../pages/html.ts'
import { pagePolicy, setPageHeaders } from '../../pages/page-headers.ts'
import { STYLE } from '../../pages/style.ts'
import { sourceOf, versionOf } from '../../payload/page-values.ts'
import type { Refusal } from './refusal.ts'
import { sections } from './sections.ts'
import type { Page, Visit } from './visit.ts'

/** For pages of operators: one style sheet, one script, and what that script reads. */
export const DASHBOARD_POLICY = pagePolicy("style-src 'self'; script-src 'self'; connect-src 'self'")
// Whoever has no entrance gets no other file.
const REFUSAL_POLICY = pagePolicy(`style-src ${sourceOf(STYLE)}`)

const STYLE_VERSION = versionOf(STYLE)

/** The version of the script, which the address of the script carries. */
export interface ScriptVersion {
  readonly script: string
}

/** Sends a page inside of the frame. */
export function sendPage(reply: FastifyReply, visit: Visit, page: Page, { script }: ScriptVersion): FastifyReply {
  const { title, content, notice, status = 200 } = page
  const { base } = visit
  setPageHeaders(reply, DASHBOARD_POLICY)
  const text = documentOf({
    title: `${title} · Mission control`,
    language: 'en',
    style: `${base}/style.css?${STYLE_VERSION}`,
    script: `${base}/script.js?${script}`,
    header: barOf(visit, page),
    content: html`${notice !== undefined && html`<p class="notice" role="status">${notice}</p>`}
<h1>${title}</h1>
${content}`,
    footer: html`<footer class="shell-end">stored-session · all times in UTC</footer>`,
  })
  return reply.code(status).type('text/html; charset=utf-8').send(text)
}

function barOf(visit: Visit, { section }: Page): SafeHtml {
  const { base, operator } = visit
  const shown = sections.filter(({ needs }) => visit.may(needs))
  return html`<a class="skip" href="#content">Skip to content</a>
<header class="bar">
<p class="brand"><a href="${base || '/'}">Sessions <span>mission control</span></a></p>
<nav class="sections" aria-label="Sections"><ul>
${shown.map(({ name, path }) => html`<li><a href="${base}${path || (base ? '' : '/')}"${name === section && html` aria-current="page"`}>${name}</a></li>`)}
</ul></nav>
<p class="operator">${operator.actor}</p>
</header>`
}

/** Sends a page that only says why there is nothing else; it needs no other file. */
export function sendRefusal(
  reply: FastifyReply,
  { status, title, message, headers }: Refusal,
  base?: string,
): FastifyReply {
  setPageHeaders(reply, REFUSAL_POLICY)
  const back =
    base !== undefined && html`<p class="actions"><a class="button" href="${base || '/'}">To the overview</a></p>`
  const text = documentOf({
    title: `${title} · Mission control`,
    language: 'en',
    style: { text: STYLE },
    content: html`<div class="stored-session"><h1>${title}</h1><p class="lead">${message}</p>${back}</div>`,
  })
  return reply.code(status).headers(headers).type('text/html; charset=utf-8').send(text)
}
