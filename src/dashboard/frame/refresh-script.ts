/**
 * Loads parts of a page again while they change: `<section id data-refresh="5">`, in seconds. It stops where the part
 * that comes has no such attribute any more, and rests while nobody looks.
 */
export const REFRESH_SCRIPT = `for (const part of document.querySelectorAll('[data-refresh]')) refresh(part)
function refresh(part) {
  const seconds = Number(part.dataset.refresh)
  if (!seconds) return
  setTimeout(async () => {
    let next = part
    if (!document.hidden && !part.contains(document.activeElement)) {
      try {
        const response = await fetch(location.href, { headers: { accept: 'text/html' } })
        if (response.redirected || !response.ok) return
        const page = new DOMParser().parseFromString(await response.text(), 'text/html')
        next = page.getElementById(part.id)
        if (!next) return location.reload()
        for (const { id } of part.querySelectorAll('details[open][id]')) {
          const details = next.querySelector('#' + CSS.escape(id))
          if (details) details.open = true
        }
        part.replaceWith(next)
      } catch {}
    }
    refresh(next)
  }, seconds * 1000)
}`
