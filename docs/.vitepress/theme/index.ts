import { withBase } from 'vitepress'
import DefaultTheme from 'vitepress/theme'
import { h } from 'vue'
import './contrast.css'
import './content.css'
import './messages.css'
import './search-button.css'

/** The theme's own has no main part, and names its link otherwise than it reads. */
const notFound = () =>
  h('main', { class: 'not-found vp-doc' }, [
    h('h1', 'This page does not exist'),
    h('p', ['Search for it, or begin at ', h('a', { href: withBase('/') }, 'the first page'), '.']),
  ])

export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { 'not-found': notFound }),
}
