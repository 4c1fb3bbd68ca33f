/** Cards, tables, forms and lists of the dashboard. */
export const DASHBOARD_STYLE = `.stored-session .card {
  min-width: 0; margin: 0 0 1.25rem; padding: 1.125rem 1.25rem; border: 1px solid var(--line); border-radius: .75rem;
  background: var(--surface);
}
.stored-session .card > h2, .stored-session h2.part { margin: 0 0 .75rem; font-size: 1.0625rem; line-height: 1.4; }
.stored-session .card > :last-child { margin-bottom: 0; }
.stored-session .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 0 1.25rem; }
.stored-session .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 1rem; margin: 0 0 1.25rem; padding: 0; list-style: none; }
.stored-session .figure { padding: .875rem 1.125rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--surface); }
.stored-session .figure .name { display: block; color: var(--soft); font-size: .875rem; }
.stored-session .figure .value { display: block; font-size: 1.625rem; font-weight: 650; line-height: 1.3; letter-spacing: -.01em; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.stored-session .figure .hint { display: block; color: var(--soft); font-size: .8125rem; }
.stored-session .hint { color: var(--soft); font-size: .875rem; }
.stored-session .state { display: inline-block; padding: 0 .5rem; border-radius: 1rem; background: var(--ground); color: var(--soft); font-size: .8125rem; font-weight: 600; white-space: nowrap; }
.stored-session .state.good { background: var(--good-ground); color: var(--good); }
.stored-session .state.warn { background: var(--warn-ground); color: var(--warn); }
.stored-session .state.bad { background: var(--danger-ground); color: var(--danger); }
.stored-session .notice.warn { background: var(--warn-ground); color: var(--warn); }
.stored-session .notice.bad { background: var(--danger-ground); color: var(--danger); }
.stored-session .scroll { overflow-x: auto; }
.stored-session .scroll:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.stored-session table { width: 100%; border-collapse: collapse; font-size: .9375rem; }
.stored-session caption { padding: 0 0 .5rem; color: var(--soft); font-size: .875rem; text-align: left; }
.stored-session th { color: var(--soft); font-size: .8125rem; font-weight: 600; text-align: left; }
.stored-session th, .stored-session td { padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
.stored-session tr:last-child > * { border-bottom: 0; }
.stored-session .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.stored-session td .soft, .stored-session .soft { color: var(--soft); font-size: .875rem; }
.stored-session td .soft { display: block; }
.stored-session .facts { display: grid; grid-template-columns: minmax(8rem, max-content) minmax(0, 1fr); gap: .375rem 1.25rem; margin: 0 0 1.25rem; }
.stored-session .facts dt { color: var(--soft); }
.stored-session .facts dd { margin: 0; overflow-wrap: anywhere; }
.stored-session code, .stored-session pre { font: .8125rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
.stored-session pre { margin: 0 0 1rem; white-space: pre-wrap; }
.stored-session .filter { display: grid; grid-template-columns: repeat(auto-fill, minmax(10.5rem, 1fr)); gap: .75rem 1rem; align-items: end; margin: 0 0 1.25rem; }
.stored-session .field label, .stored-session legend { display: block; margin: 0 0 .25rem; color: var(--soft); font-size: .875rem; font-weight: 600; }
.stored-session input:not([type=radio], [type=checkbox]), .stored-session select {
  width: 100%; min-height: 2.75rem; padding: .5rem .625rem; border: 1px solid var(--field); border-radius: .5rem;
  background: var(--surface); color: var(--text); font: inherit;
}
.stored-session input:focus-visible, .stored-session select:focus-visible, .stored-session summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 1px; }
.stored-session .primary { border-color: var(--accent); background: var(--accent); color: var(--surface); }
.stored-session .fault { margin: 0 0 1.25rem; padding: .75rem 1rem; border-radius: .5rem; background: var(--danger-ground); color: var(--danger); }
.stored-session .empty { margin: 0; padding: 2.5rem 1rem; color: var(--soft); text-align: center; }
.stored-session .steps { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin: 0 0 1.5rem; padding: 0; list-style: none; color: var(--soft); }
.stored-session .steps [aria-current] { color: var(--text); font-weight: 600; }
.stored-session .timeline { margin: 0; padding: 0; list-style: none; }
.stored-session .timeline li { position: relative; padding: 0 0 1rem 1.5rem; }
.stored-session .timeline li::before { content: ""; position: absolute; left: .1875rem; top: .5rem; width: .5rem; height: .5rem; border-radius: 50%; background: var(--accent); }
.stored-session .timeline li::after { content: ""; position: absolute; left: .40625rem; top: 1.125rem; bottom: -.375rem; width: 1px; background: var(--line); }
.stored-session .timeline li:last-child::after { display: none; }
.stored-session .timeline .what { font-weight: 600; }
.stored-session .pager { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; margin: 1rem 0 0; }
.stored-session summary { cursor: pointer; color: var(--accent); }
@media (max-width: 46rem) {
  .stored-session table.stack, .stored-session table.stack tbody { display: block; }
  .stored-session table.stack thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stored-session table.stack tr { display: block; padding: .75rem 0; border-bottom: 1px solid var(--line); }
  .stored-session table.stack tr:first-child { padding-top: 0; }
  .stored-session table.stack tr:last-child { padding-bottom: 0; border-bottom: 0; }
  .stored-session table.stack th, .stored-session table.stack td { display: grid; grid-template-columns: 7rem minmax(0, 1fr); gap: 0 .75rem; padding: .0625rem 0; border: 0; text-align: left; white-space: normal; }
  .stored-session table.stack [data-label]::before { content: attr(data-label); color: var(--soft); font-weight: 400; }
  .stored-session table.stack td .soft { grid-column: 2; }
  .stored-session .facts { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .stored-session .facts dd { margin: 0 0 .5rem; }
}
@media (forced-colors: active) {
  .stored-session .state { border: 1px solid; }
}
`
