// Package clean judges uploads by their content and makes pictures and voice messages anew, so that nothing is kept but what is seen or heard.
package clean
