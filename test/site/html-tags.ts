/** A start tag of a page. */
export interface Tag {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

/** The start tags of a built page, whose builder quotes every value and escapes what needs it. */
export function tagsOf(html: string): Tag[] {
  const markup = html.replaceAll(/<!--[\s\S]*?-->|(?<=<script[^>]*>)[\s\S]*?(?=<\/script>)/g, '')
  return [...markup.matchAll(/<([a-z][\w-]*)((?:\s+[^\s=>/]+(?:="[^"]*")?)*)\s*\/?>/g)].map(([, name, rest]) => ({
    name: name!,
    attributes: new Map(
      [...rest!.matchAll(/([^\s=]+)(?:="([^"]*)")?/g)].map(([, key, value = '']) => [key!, unescaped(value)]),
    ),
  }))
}

function unescaped(text: string): string {
  return text.replaceAll(/&(#?\w+);/g, (whole, name) => ENTITIES[name] ?? whole)
}
