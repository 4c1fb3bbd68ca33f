/** Charts, whose numbers are in a table below them, and the sentence at the top of the overview. */
export const CHART_STYLE = `.stored-session .plot { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .375rem .625rem; margin: .75rem 0; }
.stored-session .chart { display: block; width: 100%; height: 9rem; }
.stored-session .chart .grid { stroke: var(--line); vector-effect: non-scaling-stroke; }
.stored-session .chart .hour { fill: transparent; }
.stored-session .chart g:hover .hour { fill: var(--ground); }
.stored-session .bar-1 { fill: var(--accent); }
.stored-session .bar-2 { fill: var(--series-2); }
.stored-session .bar-3 { fill: var(--series-3); }
.stored-session .bar-4 { fill: var(--series-4); }
.stored-session .bar-5 { fill: var(--series-5); }
.stored-session .bar-6 { fill: var(--line); }
.stored-session .plot .scale, .stored-session .plot .span { display: flex; justify-content: space-between; color: var(--soft); font-size: .75rem; line-height: 1; font-variant-numeric: tabular-nums; }
.stored-session .plot .scale { flex-direction: column; align-items: flex-end; margin: -.375rem 0; }
.stored-session .plot .span { grid-column: 2; }
.stored-session .legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: 0; padding: 0; list-style: none; font-size: .875rem; }
.stored-session .legend svg { width: .75rem; height: .75rem; margin-right: .375rem; }
.stored-session details { font-size: .9375rem; }
.stored-session details .scroll { max-height: 20rem; overflow: auto; margin-top: .5rem; }
.stored-session .cards > .wide { grid-column: 1 / -1; }
.stored-session .verdict { padding: 1rem 1.25rem; }
.stored-session .verdict + .verdict { margin-top: -.75rem; }
.stored-session .verdict a:not(.button) { color: inherit; }
.stored-session th.value { color: var(--text); font-size: inherit; font-weight: 400; }
.stored-session table.numbers th, .stored-session table.numbers td { white-space: nowrap; overflow-wrap: normal; }
.stored-session table.numbers caption { white-space: normal; }
.stored-session table.numbers th:not(:last-child), .stored-session table.numbers td:not(:last-child) { padding-right: 1.25rem; }
`
