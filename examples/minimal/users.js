/** Replace this function: look the user up in your table, and compare the password with its hash. */
export async function checkPassword(name, password) {
  return name === 'ada' && password === 'demo' ? { id: 'ada' } : undefined
}
