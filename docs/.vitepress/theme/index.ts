import DefaultTheme from 'vitepress/theme'
import './contrast.css'
import './messages.css'

export default DefaultTheme
