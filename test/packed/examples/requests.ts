/** The user of the examples. */
export const ADA = { name: 'ada', password: 'demo' }
export const WRONG = { name: 'ada', password: 'wrong' }

export const statusOf = async (response: Promise<Response>) => (await response).status
export const bodyOf = async (response: Promise<Response>): Promise<unknown> => (await response).json()
export const textOf = async (response: Promise<Response>) => (await response).text()
export const locationOf = (response: Response) => response.headers.get('location')!
