// What a Go program finds of its environment, as snapshots/environment.c tells it.
package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	if len(os.Args) > 1 {
		if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
			os.Exit(1)
		}
	}
	for _, entry := range os.Environ() {
		fmt.Println(entry)
	}
	// The order of a map is drawn from AT_RANDOM.
	fmt.Print("= random ")
	letters := map[string]bool{}
	for letter := 'a'; letter <= 'z'; letter++ {
		letters[string(letter)] = true
	}
	for letter := range letters {
		fmt.Print(letter)
	}
	fmt.Printf("\n= greeting %s\n= page %d\n", os.Getenv("GREETING"), os.Getpagesize())
}
