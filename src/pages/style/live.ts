/** The list of events as they come. */
export const LIVE_STYLE = `.stored-session [hidden] { display: none; }
.stored-session .live-bar { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; margin: 0 0 1.25rem; }
.stored-session .button[aria-pressed=true] { border-color: var(--accent); background: var(--accent-ground); color: var(--accent); }
.stored-session .events { margin: 0; padding: 0; list-style: none; }
.stored-session .events li { position: relative; padding: .5rem 0 .5rem 1.25rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.stored-session .events li:last-child { border-bottom: 0; }
.stored-session .events li::before { content: ""; position: absolute; left: .125rem; top: 1rem; width: .5rem; height: .5rem; border-radius: 50%; background: var(--line); }
.stored-session .events .warn::before { background: var(--warn); }
.stored-session .events .bad::before { background: var(--danger); }
.stored-session .events .warn .what { color: var(--warn); }
.stored-session .events .bad .what { color: var(--danger); }
.stored-session .events time { margin-right: .5rem; color: var(--soft); font-size: .875rem; font-variant-numeric: tabular-nums; }
.stored-session .events .what { font-weight: 600; }
@media (max-width: 46rem) {
  .stored-session .events .soft { display: block; }
}
@media (forced-colors: active) {
  .stored-session .events li::before { forced-color-adjust: none; }
}
`
