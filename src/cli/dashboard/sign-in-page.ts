import type { FastifyReply, FastifyRequest } from 'fastify'
import { tokenFor } from '../../dashboard/frame/form-cookie.ts'
import { documentOf } from '../../pages/document.ts'
import { html } from '../../pages/html.ts'
import { pagePolicy, setPageHeaders } from '../../pages/page-headers.ts'
import { STYLE } from '../../pages/style.ts'
import { sourceOf } from '../../payload/page-values.ts'

/** The path of the form. */
export const SIGN_IN = '/sign-in'
/** Stands in the token of the form for the operator, who has no name yet. */
export const NOBODY = 'sign-in'

const POLICY = pagePolicy(`style-src ${sourceOf(STYLE)}`)

/** Why an attempt failed. */
interface Fault {
  readonly status: number
  readonly text: string
}

/** Sends the form that asks for the password. It needs no other file. */
export function sendSignInPage(request: FastifyRequest, reply: FastifyReply, fault?: Fault): FastifyReply {
  setPageHeaders(reply, POLICY)
  const text = documentOf({
    title: 'Sign in · Mission control',
    language: 'en',
    style: { text: STYLE },
    content: html`<div class="stored-session"><h1>Mission control</h1>
<p class="lead">Sign in with the password that was chosen at the start of the command.</p>
${fault && html`<p class="fault" role="alert" id="fault">${fault.text}</p>`}
<form method="post" action="${SIGN_IN}">
<input type="hidden" name="token" value="${tokenFor(request, reply, NOBODY)}">
<div class="field"><label for="password">Password</label>
<input id="password" name="password" type="password" required autofocus autocomplete="current-password"${fault && html` aria-invalid="true" aria-describedby="fault"`}></div>
<div class="actions"><button class="button primary">Sign in</button></div>
</form></div>`,
  })
  return reply
    .code(fault?.status ?? 200)
    .type('text/html; charset=utf-8')
    .send(text)
}
