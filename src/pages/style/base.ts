/** What all pages have: colours, text, buttons and notices. */
export const BASE_STYLE = `.stored-session, .stored-session-page {
  --ground: #f6f7f9;
  --surface: #fff;
  --line: #d9dde3;
  --field: #7d8694;
  --text: #1a2029;
  --soft: #566070;
  --accent: #1652c4;
  --accent-ground: #e7effd;
  --danger: #b3261e;
  --good: #14662f;
  --good-ground: #e6f4ea;
  --warn: #7a4f00;
  --warn-ground: #fdf1d7;
  --danger-ground: #fdeceb;
  --series-2: #e0912f;
  --series-3: #c9524a;
  --series-4: #2f9c8c;
  --series-5: #8a93a3;
  color: var(--text);
  font: 16px/1.5 system-ui, sans-serif;
}
@media (prefers-color-scheme: dark) {
  .stored-session, .stored-session-page {
    color-scheme: dark;
    --ground: #12151a;
    --surface: #1b2027;
    --line: #363e4a;
    --field: #7c8798;
    --text: #e8ebef;
    --soft: #a5afbd;
    --accent: #8ab4ff;
    --accent-ground: #1f3054;
    --danger: #ff9d94;
    --good: #8fdba6;
    --good-ground: #173622;
    --warn: #f3c26b;
    --warn-ground: #3b2d10;
    --danger-ground: #40201e;
    --series-2: #d99a4a;
    --series-3: #e07a72;
    --series-4: #5cc0b0;
    --series-5: #7c8798;
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
.stored-session .badge {
  padding: 0 .5rem; border-radius: 1rem; background: var(--accent-ground); color: var(--accent);
  font-size: .8125rem; font-weight: 600;
}
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
@media (forced-colors: active) {
  .stored-session .badge, .stored-session .notice { border: 1px solid; }
}
@media (max-width: 34rem) {
  .stored-session-page main { padding-top: 1.5rem; }
  .stored-session .actions > * { flex: 1 1 100%; }
  .stored-session .actions .button { width: 100%; }
}
`
