// In the place of the theme's script of this name, which draws each icon as a picture and weighs
// 1.5 MB on every page. The theme's style has the same icons as letters of a font.
