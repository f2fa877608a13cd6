// Package registers is the pages of the registers: the list with its filter and views, the workbook out and in, the official forms.
package registers
