# zsh -f complete.zsh <completion script> <line>...: what each line is after a tab, at a terminal with zsh's completion system.
zmodload zsh/zpty
script=$1; shift
setup="PS1= PS2= RPS1=; autoload -Uz compinit; compinit -u -D; chatapi() { : }; source $script"
show='show() { print -r -- "<""<$BUFFER>"">"; exit }; zle -N show; bindkey "^X" show; print GO""ON'
for line in "$@"; do
  zpty shell zsh -f -i
  zpty -w shell "$setup; $show"
  zpty -r -m shell seen '*GOON*'
  zpty -w -n shell "$line"$'\t\x18'
  zpty -r -m shell seen '*<<*>>*'
  print -r -- ${${seen##*<<}%%>>*}
  zpty -d shell
done
