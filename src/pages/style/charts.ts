/** Charts: their numbers are in a table beside them. */
export const CHART_STYLE = `.stored-session .chart { display: block; width: 100%; height: auto; }
.stored-session .chart .grid { stroke: var(--line); }
.stored-session .chart text { fill: var(--soft); font-size: 11px; }
.stored-session .chart .bar-1 { fill: var(--accent); }
.stored-session .chart .bar-2 { fill: var(--warn); }
.stored-session .chart .bar-3 { fill: var(--danger); }
.stored-session .chart .bar-4 { fill: var(--good); }
.stored-session .chart .bar-5 { fill: var(--soft); }
.stored-session .legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: .5rem 0; padding: 0; list-style: none; font-size: .875rem; }
.stored-session .legend svg { width: .75rem; height: .75rem; margin-right: .375rem; }
`
