import type { Plugin } from 'vite'

/** In the template of the theme's search box: what stands there, and what screen readers need instead. */
const CHANGES = [
  [
    `role="button"
      :aria-owns="results?.length ? 'localsearch-list' : undefined"
      aria-expanded="true"
      aria-haspopup="listbox"
      aria-labelledby="localsearch-label"`,
    `role="dialog"
      aria-modal="true"
      :aria-label="buttonText"`,
  ],
  [
    `:id="'localsearch-item-' + index"
            :aria-selected="selectedIndex === index ? 'true' : 'false'"
            role="option"`,
    'role="presentation"',
  ],
  [
    `:aria-label="[...p.titles, p.title].join(' > ')"`,
    `:id="'localsearch-item-' + index"
              :aria-selected="selectedIndex === index ? 'true' : 'false'"
              role="option"`,
  ],
  ['<kbd :aria-label=', '<kbd role="img" :aria-label='],
] as const

/** Makes the theme's search a dialog with a list of options: the theme nests links in options, and those in a button. */
export function accessibleSearchBox(): Plugin {
  return {
    name: 'accessible-search-box',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith('/VPLocalSearchBox.vue')) return undefined
      return CHANGES.reduce((text, [from, to]) => {
        if (!text.includes(from)) throw new Error(`The search box of the theme has no longer: ${from}`)
        return text.replaceAll(from, () => to)
      }, code)
    },
  }
}
