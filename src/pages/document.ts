import { html, SafeHtml } from './html.ts'

/** A whole page. */
export interface Document {
  readonly title: string
  readonly language: string
  /** The path of the style sheet, or the sheet itself for a page without other files. */
  readonly style: string | { readonly text: string }
  /** The path of a script that improves the page. */
  readonly script?: string
  /** What stands before the content, and after it. */
  readonly header?: SafeHtml
  readonly footer?: SafeHtml
  readonly content: SafeHtml
}

/** The text of a whole page. */
export function documentOf({ title, language, style, script, header, footer, content }: Document): string {
  return html`<!doctype html>
<html lang="${language}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${title}</title>
  ${typeof style === 'string' ? html`<link rel="stylesheet" href="${style}">` : inlineStyle(style.text)}
  ${script !== undefined && html`<script src="${script}" defer></script>`}
</head>
<body class="stored-session-page">
  ${header || footer ? html`<div class="stored-session shell">${header}<main id="content">${content}</main>${footer}</div>` : html`<main>${content}</main>`}
</body>
</html>
`.toString()
}

// A style sheet of ours has no `<`, which alone could end the element.
const inlineStyle = (text: string) => new SafeHtml(`<style>${text.replaceAll('<', '')}</style>`)
