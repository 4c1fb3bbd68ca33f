/** A number as the page has it: of small ones a decimal too. */
export function count(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 })
}

export function percent(share: number): string {
  const digits = Math.abs(share * 100).toFixed(1)
  if (Number(digits) === 0) return '0.0%'
  return `${share < 0 ? '−' : '+'}${digits}%`
}
