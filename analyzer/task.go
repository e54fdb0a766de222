package analyzer

import (
	"fmt"
	"slices"
)

// task returns the name of the task that a target is, or empty.
func (t target) task() string {
	if d := t.directives(); d.task != nil {
		return d.task.name
	}
	return ""
}

// checkTasks refuses a task among the targets whose name another task of the
// main modules has as well, selected or not.
func (w *world) checkTasks(targets []target) error {
	var all map[string][]string
	for _, t := range targets {
		d := t.directives()
		if d.task == nil {
			continue
		}
		if all == nil {
			all = w.tasks()
		}
		for _, at := range all[d.task.name] {
			if at != d.task.at {
				return fmt.Errorf("%s: task %s has the name of another one (%s): rename one, as in //autover:task NAME", d.task.at, d.task.name, at)
			}
		}
	}
	return nil
}

// tasks returns the positions of the tasks of the main modules, by name, sorted.
func (w *world) tasks() map[string][]string {
	all := make(map[string][]string)
	for _, p := range w.private {
		if p.module == nil || !p.module.Main {
			continue
		}
		for _, f := range w.outlined(p).funcs {
			if d := f.said; d != nil && d.task != nil {
				all[d.task.name] = append(all[d.task.name], d.task.at)
			}
		}
	}
	for _, positions := range all {
		slices.Sort(positions)
	}
	return all
}
