/** The style sheet of all pages. It applies inside of `.stored-session`, so that it leaves the page around it alone. */
export const STYLE = `.stored-session, .stored-session-page {
  --ground: #f6f7f9;
  --surface: #fff;
  --line: #d9dde3;
  --text: #1a2029;
  --soft: #566070;
  --accent: #1652c4;
  --accent-ground: #e7effd;
  --danger: #b3261e;
  --good: #14662f;
  --good-ground: #e6f4ea;
  color: var(--text);
  font: 16px/1.5 system-ui, sans-serif;
}
@media (prefers-color-scheme: dark) {
  .stored-session, .stored-session-page {
    color-scheme: dark;
    --ground: #12151a;
    --surface: #1b2027;
    --line: #363e4a;
    --text: #e8ebef;
    --soft: #a5afbd;
    --accent: #8ab4ff;
    --accent-ground: #1f3054;
    --danger: #ff9d94;
    --good: #8fdba6;
    --good-ground: #173622;
  }
}
.stored-session-page { margin: 0; background: var(--ground); }
.stored-session-page main { max-width: 44rem; margin: 0 auto; padding: 2.5rem 1rem 4rem; }
.stored-session * { box-sizing: border-box; }
.stored-session h1 { margin: 0 0 .5rem; font-size: 1.75rem; line-height: 1.2; letter-spacing: -.01em; }
.stored-session .lead { margin: 0 0 1.5rem; color: var(--soft); }
.stored-session .notice {
  margin: 0 0 1.5rem; padding: .75rem 1rem; border-radius: .5rem;
  background: var(--good-ground); color: var(--good); font-weight: 600;
}
.stored-session .devices {
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
.stored-session h2 {
  display: flex; flex-wrap: wrap; gap: .125rem .625rem; align-items: center;
  margin: 0; font-size: 1rem; line-height: 1.5; overflow-wrap: anywhere;
}
.stored-session .badge {
  padding: 0 .5rem; border-radius: 1rem; background: var(--accent-ground); color: var(--accent);
  font-size: .8125rem; font-weight: 600;
}
.stored-session dl { margin: .125rem 0 0; color: var(--soft); font-size: .9375rem; }
.stored-session dl div { display: flex; flex-wrap: wrap; column-gap: .375rem; }
.stored-session dt::after { content: ":"; }
.stored-session dd { margin: 0; color: var(--text); overflow-wrap: anywhere; min-width: 0; }
.stored-session form { margin: 0; }
.stored-session .button {
  display: inline-block; min-height: 2.75rem; padding: .5625rem 1rem; border: 1px solid var(--line); border-radius: .5rem;
  background: var(--surface); color: var(--text); font: inherit; font-weight: 600; line-height: 1.5; text-align: center;
  text-decoration: none; cursor: pointer;
}
.stored-session .button:hover { border-color: currentcolor; }
.stored-session .danger { color: var(--danger); }
.stored-session .strong { border-color: var(--danger); background: var(--danger); color: var(--surface); }
.stored-session .button:focus-visible, .stored-session a:focus-visible, .stored-session h1:focus-visible {
  outline: 3px solid var(--accent); outline-offset: 2px;
}
.stored-session .actions { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.5rem 0 0; }
.stored-session .more { color: var(--soft); }
.stored-session a:not(.button) { color: var(--accent); }
.stored-session .hidden {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
@media (max-width: 34rem) {
  .stored-session-page main { padding-top: 1.5rem; }
  .stored-session .device { padding: 1rem; gap: 0 .75rem; grid-template-columns: 2.5rem minmax(0, 1fr); }
  .stored-session .device form { grid-column: 2; margin-top: .75rem; }
  .stored-session .actions > * { flex: 1 1 100%; }
  .stored-session .actions .button { width: 100%; }
}
@media (forced-colors: active) {
  .stored-session .badge, .stored-session .notice { border: 1px solid; }
}
`
