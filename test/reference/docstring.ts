/** What the comment before a declaration says. */
export interface Docstring {
  /** The text before the first tag, without the tags that stand within it. */
  readonly summary: string
  /** The parameters that it describes. */
  readonly params: readonly string[]
  /** The code of its examples, without fences. */
  readonly examples: readonly string[]
  /** Whether it says the value of an option that is omitted. */
  readonly hasDefault: boolean
  /** Whether the declaration is not for users of the package. */
  readonly isInternal: boolean
}

const INLINE_TAG = /\s@defaultValue\s[\s\S]*$/

/** Reads a comment with its delimiters. */
export function docstringOf(comment: string): Docstring {
  const text = comment
    .replace(/^\/\*\*+|\*+\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .trim()
  const [first, ...tags] = text.split(/^(?=@\w)/m)
  const summary = /^@\w/.test(first ?? '') ? '' : (first ?? '')
  const all = summary === first ? tags : [first ?? '', ...tags]
  return {
    summary: summary.replace(INLINE_TAG, '').trim(),
    params: [...text.matchAll(/@param\s+(\w+)\s+-\s+\S/g)].map(([, name]) => name!),
    examples: all.filter((tag) => tag.startsWith('@example')).flatMap(codeIn),
    hasDefault: /@defaultValue\s+\S/.test(text),
    isInternal: /@(internal|hidden)\b/.test(text),
  }
}

const codeIn = (tag: string) => [...tag.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code!)
