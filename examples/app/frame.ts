import { documentOf } from '../../src/pages/document.ts'
import { html, SafeHtml } from '../../src/pages/html.ts'
import { STYLE } from '../../src/pages/style.ts'
import { versionOf } from '../../src/payload/page-values.ts'

/** The paths of the demonstration, which its pages link to. */
export const paths = { start: '/', devices: '/account/sessions', missionControl: '/admin/sessions' } as const

const LINKS = [
  ['Start', paths.start],
  ['Your devices', paths.devices],
  ['Mission control', paths.missionControl],
] as const

const STYLE_PATH = `/style.css?${versionOf(STYLE)}`

/** A page of the demonstration, with links to all others. */
export function framed(title: string, content: SafeHtml, current?: string): string {
  return documentOf({
    title: `${title} · stored-session`,
    language: 'en',
    style: STYLE_PATH,
    header: html`<a class="skip" href="#content">Skip to content</a>
<header class="bar">
<p class="brand"><a href="/">stored-session <span>demonstration</span></a></p>
<nav class="sections" aria-label="Pages"><ul>
${LINKS.map(([name, path]) => html`<li><a href="${path}"${path === current && html` aria-current="page"`}>${name}</a></li>`)}
</ul></nav>
</header>`,
    content,
  })
}

/** Puts the page of devices, which is safe HTML, into the frame. */
export const framedDevices = (content: string) => framed('Your devices', new SafeHtml(content), paths.devices)
