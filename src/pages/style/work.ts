/** Incidents, housekeeping, and jobs with their progress. */
export const WORK_STYLE = `.stored-session .plain { min-width: 0; margin: 0; padding: 0; border: 0; }
.stored-session .check { display: flex; gap: .625rem; align-items: center; min-height: 2.75rem; font-weight: 600; cursor: pointer; }
.stored-session .check input { flex: none; width: 1.125rem; height: 1.125rem; margin: 0; accent-color: var(--accent); }
.stored-session .check input:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.stored-session .inset { margin: .25rem 0 1rem .5rem; padding: 0 0 0 1.25rem; border-left: 2px solid var(--line); }
.stored-session progress { display: block; width: 100%; height: .75rem; margin: 0 0 1rem; accent-color: var(--accent); }
.stored-session .job-state { margin: 0 0 1.25rem; }
.stored-session .findings { margin: 0; padding: 0; list-style: none; }
.stored-session .findings > li { display: grid; grid-template-columns: 5.5rem minmax(0, 1fr); gap: .125rem 1rem; padding: .75rem 0; border-top: 1px solid var(--line); }
.stored-session .findings > li:first-child { border-top: 0; padding-top: 0; }
.stored-session .findings .what { font-weight: 600; }
.stored-session .findings p, .stored-session .findings pre { margin: .125rem 0 0; overflow-wrap: anywhere; }
.stored-session .findings pre { margin: .5rem 0 0; padding: .5rem .75rem; border-radius: .5rem; background: var(--ground); }
.stored-session .tasks { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); gap: 1.25rem 1.5rem; }
.stored-session .task { display: flex; flex-direction: column; }
.stored-session .task h3 { margin: 0 0 .25rem; font-size: 1rem; }
.stored-session .task p { margin: 0 0 .75rem; color: var(--soft); font-size: .9375rem; }
.stored-session .task form { margin-top: auto; }
.stored-session .task .field { margin: 0 0 .75rem; }
@media (min-width: 46.01rem) {
  .stored-session .number + :not(.number) { padding-left: 1.5rem; }
}
@media (max-width: 46rem) {
  .stored-session .findings > li { grid-template-columns: minmax(0, 1fr); }
}
`
