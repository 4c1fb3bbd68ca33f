import DefaultTheme from 'vitepress/theme'
import './contrast.css'
import './content.css'
import './messages.css'
import './search-button.css'

export default DefaultTheme
