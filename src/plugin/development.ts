import { env } from 'node:process'

/** Whether NODE_ENV says that only developers see this process and its logs. What is not said, or otherwise, does not. */
export const isDevelopment = () => env.NODE_ENV === 'development'
