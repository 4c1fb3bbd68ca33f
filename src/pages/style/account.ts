/** The list of devices. */
export const ACCOUNT_STYLE = `.stored-session .devices {
  margin: 0; padding: 0; list-style: none; overflow: hidden;
  border: 1px solid var(--line); border-radius: .75rem; background: var(--surface);
}
.stored-session .device {
  display: grid; grid-template-columns: 2.5rem minmax(0, 1fr) auto; gap: 0 1rem; align-items: start; padding: 1.125rem 1.25rem;
}
.stored-session .device + .device { border-top: 1px solid var(--line); }
.stored-session .icon {
  display: grid; place-items: center; width: 2.5rem; height: 2.5rem; border-radius: 50%;
  background: var(--ground); color: var(--soft);
}
.stored-session .this .icon { background: var(--accent-ground); color: var(--accent); }
.stored-session .icon svg { width: 1.375rem; height: 1.375rem; }
.stored-session .device h2 {
  display: flex; flex-wrap: wrap; gap: .125rem .625rem; align-items: center;
  margin: 0; font-size: 1rem; line-height: 1.5; overflow-wrap: anywhere;
}
.stored-session .device dl { margin: .125rem 0 0; color: var(--soft); font-size: .9375rem; }
.stored-session .device dl div { display: flex; flex-wrap: wrap; column-gap: .375rem; }
.stored-session .device dt::after { content: ":"; }
.stored-session .device dd { margin: 0; color: var(--text); overflow-wrap: anywhere; min-width: 0; }
@media (max-width: 34rem) {
  .stored-session .device { padding: 1rem; gap: 0 .75rem; grid-template-columns: 2.5rem minmax(0, 1fr); }
  .stored-session .device form { grid-column: 2; margin-top: .75rem; }
}
`
