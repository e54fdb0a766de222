// Helper is a program for GOCACHEPROG that keeps bodies in a folder and can be
// told to fail in certain ways.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

type message struct {
	ID            int64    `json:"ID"`
	Command       string   `json:",omitempty"`
	Err           string   `json:",omitempty"`
	KnownCommands []string `json:",omitempty"`
	ActionID      []byte   `json:",omitempty"`
	OutputID      []byte   `json:",omitempty"`
	BodySize      int64    `json:",omitempty"`
	Miss          bool     `json:",omitempty"`
	Size          int64    `json:",omitempty"`
	DiskPath      string   `json:",omitempty"`
}

func main() {
	dir := flag.String("dir", "", "folder")
	fault := flag.String("fault", "", "how to fail")
	flag.Parse()
	must(os.MkdirAll(*dir, 0o777))
	out := json.NewEncoder(os.Stdout)
	switch *fault {
	case "silent":
		os.Exit(0)
	case "garbage":
		fmt.Println("welcome!")
	}
	must(out.Encode(message{KnownCommands: []string{"get", "put", "close"}}))
	in := json.NewDecoder(bufio.NewReader(os.Stdin))
	for {
		var req message
		if err := in.Decode(&req); err == io.EOF {
			return
		} else {
			must(err)
		}
		res := message{ID: req.ID}
		name := filepath.Join(*dir, hex.EncodeToString(req.ActionID))
		switch req.Command {
		case "close":
			must(out.Encode(res))
			return
		case "put":
			var text string
			if req.BodySize > 0 {
				must(in.Decode(&text))
			}
			body, err := base64.StdEncoding.DecodeString(text)
			must(err)
			if *fault == "" {
				must(os.WriteFile(name, body, 0o666))
				must(os.WriteFile(name+".id", req.OutputID, 0o666))
			}
			res.DiskPath = name
		case "get":
			get(&res, name, *fault)
		}
		must(out.Encode(res))
	}
}

func get(res *message, name, fault string) {
	id, err := os.ReadFile(name + ".id")
	if err != nil {
		res.Miss = true
		return
	}
	body, err := os.ReadFile(name)
	must(err)
	res.OutputID, res.Size, res.DiskPath = id, int64(len(body)), name
	bad := name + ".bad"
	switch fault {
	case "wrongid":
		res.ID += 7
	case "die":
		os.Exit(1)
	case "flip":
		body[len(body)/2] ^= 1
		must(os.WriteFile(bad, body, 0o666))
		res.DiskPath = bad
	case "truncate":
		must(os.WriteFile(bad, body[:len(body)/2], 0o666))
		res.DiskPath = bad
	case "swap": // the entry of another action
		others, err := filepath.Glob(filepath.Join(filepath.Dir(name), "*.id"))
		must(err)
		for _, other := range others {
			if other == name+".id" {
				continue
			}
			res.OutputID, err = os.ReadFile(other)
			must(err)
			res.DiskPath = strings.TrimSuffix(other, ".id")
			info, err := os.Stat(res.DiskPath)
			must(err)
			res.Size = info.Size()
		}
	case "nopath":
		res.DiskPath = filepath.Join(filepath.Dir(name), "gone")
	case "error":
		res.Err = "no luck"
	case "long":
		res.Size--
	}
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
}
