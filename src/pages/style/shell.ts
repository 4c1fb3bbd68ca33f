/** The frame around the pages of the dashboard: its bar, its navigation, and the space for a page. */
export const SHELL_STYLE = `.stored-session.shell { display: flex; flex-direction: column; min-height: 100vh; }
.stored-session.shell a { text-underline-offset: .2em; }
.stored-session .skip { position: absolute; left: -100vw; }
.stored-session .skip:focus { left: 1rem; top: .5rem; z-index: 1; padding: .5rem 1rem; background: var(--surface); }
.stored-session .bar {
  display: flex; flex-wrap: wrap; align-items: center; gap: 0 1.5rem; padding: 0 1.5rem;
  border-bottom: 1px solid var(--line); background: var(--surface);
}
.stored-session .brand { margin: 0; padding: .75rem 0; font-weight: 700; letter-spacing: -.01em; white-space: nowrap; }
.stored-session .brand a { color: inherit; text-decoration: none; }
.stored-session .brand span { color: var(--soft); font-weight: 400; }
.stored-session .operator { margin: 0 0 0 auto; color: var(--soft); font-size: .875rem; overflow-wrap: anywhere; }
.stored-session nav.sections { min-width: 0; }
.stored-session nav.sections ul { display: flex; margin: 0; padding: 0; list-style: none; overflow-x: auto; }
.stored-session nav.sections a {
  display: block; padding: .8125rem .75rem; border-bottom: 2px solid transparent; border-top: 2px solid transparent;
  color: var(--soft); text-decoration: none; white-space: nowrap;
}
.stored-session nav.sections a:hover { color: var(--text); }
.stored-session nav.sections a:focus-visible { outline-offset: -3px; }
.stored-session nav.sections a[aria-current] { border-bottom-color: var(--accent); color: var(--text); font-weight: 600; }
.stored-session-page .shell main { max-width: 76rem; width: 100%; padding: 2rem 1.5rem 4rem; }
.stored-session.shell h1 { margin-bottom: 1.25rem; overflow-wrap: anywhere; }
.stored-session.shell h1:has(+ .lead) { margin-bottom: .375rem; }
.stored-session.shell .actions.first { margin: 0 0 1.25rem; }
.stored-session .shell-end { margin-top: auto; padding: 1rem 1.5rem; color: var(--soft); font-size: .8125rem; }
@media (max-width: 52rem) {
  .stored-session .bar { padding: 0; gap: 0; }
  .stored-session .brand { padding: .625rem 1rem; }
  .stored-session .operator { padding: .625rem 1rem; }
  .stored-session nav.sections { order: 3; width: 100%; border-top: 1px solid var(--line); }
  .stored-session nav.sections ul { padding: 0 .25rem; }
  .stored-session-page .shell main { padding: 1.25rem 1rem 3rem; }
}
`
