import { html, type SafeHtml } from './html.ts'

/** A whole page. */
export interface Document {
  readonly title: string
  readonly language: string
  /** The path of the style sheet. */
  readonly style: string
  readonly content: SafeHtml
}

/** The text of a whole page. */
export function documentOf({ title, language, style, content }: Document): string {
  return html`<!doctype html>
<html lang="${language}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${title}</title>
  <link rel="stylesheet" href="${style}">
</head>
<body class="stored-session-page">
  <main>${content}</main>
</body>
</html>
`.toString()
}
