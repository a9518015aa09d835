import { aloud } from './aloud.mjs'
import { start } from './start.mjs'

start()
aloud()
