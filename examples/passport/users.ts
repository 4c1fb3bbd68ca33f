/** Replace this function: look the user up in your table, and compare the password with its hash. */
export async function checkPassword(name: string, password: string): Promise<{ id: string } | undefined> {
  return name === 'ada' && password === 'demo' ? { id: 'ada' } : undefined
}
