import { ACCOUNT_STYLE } from './style/account.ts'
import { BASE_STYLE } from './style/base.ts'
import { CHART_STYLE } from './style/charts.ts'
import { DASHBOARD_STYLE } from './style/dashboard.ts'
import { SHELL_STYLE } from './style/shell.ts'

/** The style sheet of all pages. It applies inside of `.stored-session`, so that it leaves the page around it alone. */
export const STYLE = BASE_STYLE + ACCOUNT_STYLE + SHELL_STYLE + DASHBOARD_STYLE + CHART_STYLE
