import { html, type SafeHtml } from '../../pages/html.ts'

const STEPS = [
  ['what', '1. Which sessions'],
  ['rehearsal', '2. Rehearsal'],
  ['end', '3. End them'],
] as const

/** The steps of an incident, with the present one marked. */
export function stepList(present: (typeof STEPS)[number][0]): SafeHtml {
  return html`<ol class="steps" aria-label="Steps">
${STEPS.map(([step, name]) => html`<li${step === present && html` aria-current="step"`}>${name}</li>`)}
</ol>`
}
